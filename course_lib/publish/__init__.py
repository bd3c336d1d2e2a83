"""From ``book/*.md`` to the site in three languages: build, serve, and the catalogs."""
