"""The person's own view (JTK 10112) as the national portal would show it: a page of the demo alone."""
