"""Many clips: what is to be done (`joblist`, `job`), what is done already (`state`), who does it (`work` in a process
of its own, handed out by `pool` here or by `cluster` on other machines), and one page over all of it (`index`).
"""
