"""Every setting of the product, read from the environment or a `.env` file, and nowhere else."""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings, with their defaults. Names are the environment's (`DATABASE_URL`, `UNDERSTUDY_DATA`…)."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    data_dir: Path = Field(default=Path(".data"), alias="UNDERSTUDY_DATA")
    database_url: SecretStr | None = Field(default=None, alias="DATABASE_URL")
    public_url: str | None = Field(default=None, alias="PUBLIC_URL")
    admin_url: str | None = Field(default=None, alias="UNDERSTUDY_ADMIN_URL")
    admin_host: str = Field(default="localhost", alias="UNDERSTUDY_ADMIN_HOST")
    admin_port: int = Field(default=8000, alias="UNDERSTUDY_ADMIN_PORT", ge=0, le=65535)
    public_host: str = Field(default="127.0.0.1", alias="UNDERSTUDY_PUBLIC_HOST")
    public_port: int = Field(default=8001, alias="UNDERSTUDY_PUBLIC_PORT", ge=0, le=65535)
    status_port: int | None = Field(default=None, alias="UNDERSTUDY_STATUS_PORT", ge=1, le=65535)
    secret_key: SecretStr | None = Field(default=None, alias="UNDERSTUDY_SECRET_KEY")
    log_level: str = Field(default="INFO", alias="UNDERSTUDY_LOG_LEVEL")
    log_json: bool = Field(default=False, alias="UNDERSTUDY_LOG_JSON")

    chroma_url: str | None = Field(default=None, alias="CHROMA_URL")
    embedding_url: str | None = Field(default=None, alias="UNDERSTUDY_EMBEDDING_URL")
    embedding_model: str | None = Field(default=None, alias="UNDERSTUDY_EMBEDDING_MODEL")
    embedding_key: SecretStr | None = Field(default=None, alias="UNDERSTUDY_EMBEDDING_KEY")
    transcription_url: str | None = Field(default=None, alias="UNDERSTUDY_TRANSCRIPTION_URL")
    transcription_model: str = Field(default="whisper-1", alias="UNDERSTUDY_TRANSCRIPTION_MODEL")
    transcription_key: SecretStr | None = Field(default=None, alias="UNDERSTUDY_TRANSCRIPTION_KEY")
    whisper_model: Path | None = Field(default=None, alias="UNDERSTUDY_WHISPER_MODEL")
    local_models: bool | None = Field(default=None, alias="UNDERSTUDY_LOCAL_MODELS")
    tesseract: str | None = Field(default=None, alias="UNDERSTUDY_TESSERACT")

    telegram_api: str = Field(default="https://api.telegram.org", alias="UNDERSTUDY_TELEGRAM_API")
    telegram_manager_token: SecretStr | None = Field(default=None, alias="UNDERSTUDY_TELEGRAM_MANAGER_TOKEN")
    discord_api: str = Field(default="https://discord.com/api/v10", alias="UNDERSTUDY_DISCORD_API")
    discord_gateway: str = Field(default="wss://gateway.discord.gg", alias="UNDERSTUDY_DISCORD_GATEWAY")

    max_upload_mb: int = Field(default=2048, alias="UNDERSTUDY_MAX_UPLOAD_MB", ge=1)
    worker_concurrency: int = Field(default=8, alias="UNDERSTUDY_WORKER_CONCURRENCY", ge=1, le=256)
    import_concurrency: int = Field(default=2, alias="UNDERSTUDY_IMPORT_CONCURRENCY", ge=1, le=64)
    demo: bool = Field(default=True, alias="UNDERSTUDY_DEMO")

    datasets: Path = Field(default=Path("../shared/data"), alias="UNDERSTUDY_DATASETS")

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("use DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://, as in postgresql://user:password@host/database")
        return value

    @field_validator(
        *("public_url", "admin_url", "chroma_url", "embedding_url", "transcription_url"),
        *("telegram_api", "discord_api"),
    )
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value and not _is_web_address(value):
            raise ValueError("must be an address such as https://chat.example or http://127.0.0.1:8001")
        return value.rstrip("/") if value else None

    @field_validator("discord_gateway")
    @classmethod
    def _socket_address(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        if scheme not in ("ws", "wss") or not _is_web_address(f"http://{rest}"):
            raise ValueError("must be an address such as wss://gateway.discord.gg")
        return value.rstrip("/")

    @field_validator("public_url", "admin_url")
    @classmethod
    def _site_address(cls, value: str | None) -> str | None:
        if value:
            parts = urlsplit(value)
            if "@" in parts.netloc:
                raise ValueError("takes nothing before the host, such as a name and a password")
            if value != f"{parts.scheme}://{parts.netloc}":
                raise ValueError("takes nothing behind the host and its port: a site has them to itself")
        return value

    @property
    def models_may_be_local(self) -> bool:
        """Whether creators may connect models at private addresses, such as this machine's.

        Unless it is said, only where the admin web listens to this machine alone under no other name: then
        whoever connects a model there is somebody who runs it.
        """
        if self.local_models is not None:
            return self.local_models
        return self.admin_url is None and self.admin_host in ("localhost", "127.0.0.1", "::1")

    @cached_property
    def data(self) -> Path:
        """The data folder, absolute; it is made, readable by its owner only, where it is absent."""
        folder = self.data_dir.expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def _is_web_address(value: str) -> bool:
    if not value.startswith(("http://", "https://")) or any(map(str.isspace, value)):
        return False
    try:
        parts = urlsplit(value)
        # Asking for a port that is none raises.
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
