"""Learning from people: answers that they wrote or approved, and the questions that wait for one.

What fans write is never learnt from by itself: a person of the creator's says that it asks this question.
"""
