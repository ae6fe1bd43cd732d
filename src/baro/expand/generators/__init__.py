"""Generators of an ApplicationSet: from a spec to parameter sets.

One file each; a module here with a `GENERATOR` is a generator, found by walking the
package. Nothing here writes, and nothing here asks the network: what only the
outside knows comes from fixtures in `baro.yaml`, or is a gap.
"""
