"""Providers of live carbon intensity, asked over HTTP when the user names them."""
