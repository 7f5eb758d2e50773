"""Measures of agreement: our own, on numpy, each checked against published worked examples."""
