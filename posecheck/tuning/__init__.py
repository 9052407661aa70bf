"""Which numbers are best for these people? Recordings judged again and again, against what people say of them.

track, verdicts, rejudge    a recording measured once, judged in milliseconds     (equal to the session, to the bit)
"""
