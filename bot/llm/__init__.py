"""Model providers behind one interface, and the chain that falls from one to the next."""
