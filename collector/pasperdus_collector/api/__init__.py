"""HTTP: the questions that pages and routes share, the routes, and the metrics."""
