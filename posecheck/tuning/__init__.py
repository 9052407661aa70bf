"""Which numbers are best for these people? Recordings judged again and again, against what people say of them.

track, views, verdicts, rejudge   a recording measured once, judged in milliseconds   (equal to the session, to the bit)
labels, spans, clips              what raters say of a recording, and what they agree on
score, rated, objective           how well warnings fit that, by events; what is sought
space, trial, search, evidence    settings tried, one person left out at a time; is it enough to act on?
provenance, report, draw, words   a profile that says where it comes from; a report to look at
whatif                            what other numbers would change in one recording
"""
