"""From a Git tree and a cluster inventory to the target state.

Everything here reads files, asks Git, or has Helm render; nothing here decides what
is wrong. What Argo CD would refuse becomes a `Failure`, what cannot be seen a `Gap`.
Nothing here touches the checkout, runs code of the checked repository, or opens a
socket unless the user said `--fetch`.
"""
