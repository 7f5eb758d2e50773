"""Turn news articles into training data: actors, events and stance, sentence by sentence."""

__version__ = "0.1.0"
