"""Not begun: the edge to the chain: intents, wallet links, the watcher, the fans' wallet pages."""
