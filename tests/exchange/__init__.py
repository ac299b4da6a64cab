"""The whole exchange in one process: the network's core and cities' intermediate servers, our wires."""
