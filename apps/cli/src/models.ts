/** A model by its path: a folder that `train` wrote, or a file of Keras weights of the course's U-Net. */
import { isKerasFile, type LabelClass, loadKerasModel, loadModelFolder, type Model } from '@cotrace/training';

/** `labels` name the classes of a Keras file, which holds no names. */
export function loadModel(path: string, labels?: readonly LabelClass[]): Promise<Model> {
  return isKerasFile(path) ? loadKerasModel(path, labels) : loadModelFolder(path);
}
