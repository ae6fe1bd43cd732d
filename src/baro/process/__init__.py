"""The only place that starts programs: Git, Helm and its workers, Kustomize.

A program gets an environment of its own making: what it needs to find its files, its
network and its credentials, and nothing that a hook or a shell left behind. It cannot
ask a question, its output is bounded, and it ends when its time is over.
"""
