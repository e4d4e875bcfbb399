"""A column that only the next version would use: what every migration of ours must be, one that expands."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "9999"
# After whatever is newest in the image: files are named after their revisions.
down_revision = sorted(path.name[:4] for path in Path(__file__).parent.glob("[0-9]*.py"))[-2]
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("next_version", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "next_version")
