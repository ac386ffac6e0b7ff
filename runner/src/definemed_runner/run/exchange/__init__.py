"""An artifact store that this machine does not see as a folder: `DEFINEMED_STORE=s3://bucket/prefix`.

What an attempt needs is fetched into a folder of this machine, the attempt works there as it does in a shared folder,
and what it makes is sent while it works. docs/decisions/0017 says why, docs/runner-contract.md what lies where in the
bucket.
"""
