-- AlterTable
ALTER TABLE "Job" ADD COLUMN "budgetSeconds" DOUBLE PRECISION,
ADD COLUMN "secondsLeft" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "TrainedModel" ADD COLUMN "labelsAt" TIMESTAMP(3);
