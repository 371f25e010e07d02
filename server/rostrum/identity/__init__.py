"""Who somebody is: links, devices, tokens, rights at the door, rate limits."""
