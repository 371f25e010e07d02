"""What stands between the server and a recogniser, a program of the operator's choice: limits, and distrust."""
