"""The register: what a site tries, what was laid down before it began, and every change since."""
