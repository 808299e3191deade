"""What crosses the wire between nodes and collector: events, messages, topics, codec.

Imports nothing of ours, and nothing but the standard library and pydantic, so that any tool can
use it. ``docs/contract/`` is the same contract in words, with JSON Schema.
"""
