"""Pre- and postprocessing as an RDF describes it, with statistics of the whole image."""
