"""A site's own time: where buckets begin, when it is open, which days are unlike others (pure)."""
