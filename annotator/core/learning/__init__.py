"""What can be learned from gold: triggers and their types, spans of actors, stances, roles.

A model is plain numbers: to read one runs nothing that was stored, and to use one takes numpy alone.
"""
