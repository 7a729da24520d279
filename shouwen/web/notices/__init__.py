"""消息: what somebody was told, and what they owe a confirmation of."""
