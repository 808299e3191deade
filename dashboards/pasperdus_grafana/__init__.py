"""Grafana dashboards of the published series in InfluxDB, written as code.

``python -m pasperdus_grafana`` (or ``script/grafana``) writes the JSON files that Grafana loads,
in ``dashboards/grafana``: French ones there, English ones in ``en`` below it. It is a tool of this
repository and no part of what is installed.
"""
