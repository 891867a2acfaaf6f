"""Asking a language model: connections, spending, and one call with its time and money bounded.

What is asked and what becomes of the text is the reply's; nothing here reads a message.
"""
