"""The window. The only room that knows Qt; it never imports torch."""
