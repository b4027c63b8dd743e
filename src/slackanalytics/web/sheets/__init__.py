"""The dashboard’s pages, each made of the measures that answer its questions."""
