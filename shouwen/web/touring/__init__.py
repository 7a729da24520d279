"""导览: five stops for a newcomer of the demo, and how far the demo's history is."""
