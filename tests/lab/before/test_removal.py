"""What a lab leaves behind: nothing, whoever runs it."""

from pathlib import Path

from lab.removal import remove


def test_a_folder_that_is_closed_to_its_owner(tmp_path: Path) -> None:
    """What a part has made unreadable is removed all the same, and no link followed."""
    kept = tmp_path / "kept"
    kept.mkdir()
    state = tmp_path / "state"
    inner = state / "tmp" / "repositories" / "one"
    inner.mkdir(parents=True)
    (inner / "file").touch()
    (state / "link").symlink_to(kept)
    inner.parent.chmod(0o300)
    remove(state)
    assert not state.exists()
    assert kept.exists()
