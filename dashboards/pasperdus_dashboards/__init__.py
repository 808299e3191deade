"""The web pages: what the API knows, in words, figures and charts."""
