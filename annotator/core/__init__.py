"""The pure part: spans, sentences, codebooks, bodies, measures. No web, no database."""
