"""What the server and the page send each other."""
