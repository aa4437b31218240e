"""What a message that came back, or a report about one, says. Pure: octets in, values out; whatever strangers send, nothing is raised."""
