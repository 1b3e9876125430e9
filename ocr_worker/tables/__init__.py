"""Ruled tables: rules, grid, cells and their words, from the image of a page. Pure."""
