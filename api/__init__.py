"""Flask: parse, call one service, dump."""
