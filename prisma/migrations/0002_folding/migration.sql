-- AlterTable
ALTER TABLE "Mask" ADD COLUMN "head" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "fold" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "foldToken" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "foldHolder" TEXT,
ADD COLUMN "foldUntil" TIMESTAMP(3);

-- The sequence numbers that have been given already.
UPDATE "Mask" SET "head" = told."next" FROM (
  SELECT "maskId", "epoch", MAX("seq") + 1 AS "next" FROM "MaskLog" GROUP BY "maskId", "epoch"
) AS told WHERE told."maskId" = "Mask"."id" AND told."epoch" = "Mask"."epoch";

-- CreateTable
CREATE TABLE "MaskFold" (
    "maskId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "throughSeq" INTEGER NOT NULL,
    "document" BYTEA NOT NULL,
    "watermarks" BYTEA NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MaskFold_pkey" PRIMARY KEY ("maskId")
);

-- CreateTable
CREATE TABLE "MaskTile" (
    "maskId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "fold" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "MaskTile_pkey" PRIMARY KEY ("maskId","index")
);

-- CreateTable
CREATE TABLE "RestorePoint" (
    "id" TEXT NOT NULL,
    "maskId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "userId" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RestorePoint_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RestorePoint_maskId_idx" ON "RestorePoint"("maskId");

-- AddForeignKey
ALTER TABLE "MaskFold" ADD CONSTRAINT "MaskFold_maskId_fkey" FOREIGN KEY ("maskId") REFERENCES "Mask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MaskTile" ADD CONSTRAINT "MaskTile_maskId_fkey" FOREIGN KEY ("maskId") REFERENCES "Mask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RestorePoint" ADD CONSTRAINT "RestorePoint_maskId_fkey" FOREIGN KEY ("maskId") REFERENCES "Mask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RestorePoint" ADD CONSTRAINT "RestorePoint_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;
