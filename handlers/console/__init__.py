"""The owner's web console: a file a page; handlers/console/opening.py adds them."""
