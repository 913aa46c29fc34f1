"""The networks, in torch alone; nothing here knows the rest of mmdesk."""
