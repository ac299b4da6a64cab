"""The whole exchange in one process: the network's core, cities' intermediate servers, our wires between."""
