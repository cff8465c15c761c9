"""How the two built applications, console and phone, are made of the API's contract."""
