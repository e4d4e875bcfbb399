"""A missing or wrong setting stops the start with its name, and never shows a value."""

import pytest
from flack_kit.settings import ServiceSettings, load_settings


class WithSecret(ServiceSettings):
    database_url: str


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLACK_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("FLACK_PORT", "8123")

    settings = load_settings(WithSecret)

    assert (settings.database_url, settings.port, settings.metrics_port) == ("postgresql://x", 8123, 9000)


def test_a_missing_setting_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLACK_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit) as stopped:
        load_settings(WithSecret)
    assert stopped.value.code == 78
    assert "FLACK_DATABASE_URL: is not set" in capsys.readouterr().err


def test_a_wrong_setting_is_named_without_its_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLACK_DATABASE_URL", "postgresql://user:secret@host")
    monkeypatch.setenv("FLACK_PORT", "secret-in-the-wrong-place")
    with pytest.raises(SystemExit):
        load_settings(WithSecret)
    said = capsys.readouterr().err
    assert "FLACK_PORT" in said
    assert "secret" not in said
