"""What all pages share: addresses and templates, forms, files, languages, pictures of charts."""
