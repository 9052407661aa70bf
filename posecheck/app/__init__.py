"""The live page: a small web server on this machine, and the page it serves. Nothing leaves the machine."""
