"""Between HTTP and the endpoints: what a request says, and the form of every answer."""
