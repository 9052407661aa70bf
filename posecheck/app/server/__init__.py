"""The web server of the live page: who may connect, the HTTP routes, the WebSocket and the worker thread."""
