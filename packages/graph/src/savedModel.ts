/** Bytes of a SavedModel (TensorFlow's file format for graphs) from a graph and its signatures. No files here. */
import protobuf from 'protobufjs';
import { type Attribute, DATA_TYPES, type DataType, type Graph, type Tensor, tensorName } from './graph.ts';
import type { Shape } from './shape.ts';

/** What one call takes and gives, by name. */
export interface Signature {
  inputs: Readonly<Record<string, Tensor>>;
  outputs: Readonly<Record<string, Tensor>>;
}

const { Type, Field, MapField, Root } = protobuf;

/** The messages of tensorflow/core/framework/*.proto and core/protobuf/*.proto, as far as they are used. */
function messages() {
  const message = (name: string, fields: Record<string, [id: number, type: string, rule?: 'repeated']>) => {
    const type = new Type(name);
    for (const [field, [id, fieldType, rule]] of Object.entries(fields)) {
      type.add(new Field(field, id, fieldType, rule));
    }
    return type;
  };
  const map = (field: string, id: number, type: string) => new MapField(field, id, 'string', type);
  const root = new Root().define('tensorflow');
  root.add(message('Dim', { size: [1, 'int64'] }));
  root.add(message('TensorShapeProto', { dim: [2, 'Dim', 'repeated'] }));
  root.add(
    message('TensorProto', {
      dtype: [1, 'int32'],
      tensorShape: [2, 'TensorShapeProto'],
      tensorContent: [4, 'bytes'],
    }),
  );
  root.add(message('ListValue', { i: [3, 'int64', 'repeated'] }));
  const attribute = message('AttrValue', {
    list: [1, 'ListValue'],
    s: [2, 'bytes'],
    i: [3, 'int64'],
    f: [4, 'float'],
    b: [5, 'bool'],
    type: [6, 'int32'],
    shape: [7, 'TensorShapeProto'],
    tensor: [8, 'TensorProto'],
  });
  // In a oneof a 0 or false is written too; else TensorFlow would find no value there.
  attribute.add(new protobuf.OneOf('value', ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor']));
  root.add(attribute);
  root.add(
    message('NodeDef', {
      name: [1, 'string'],
      op: [2, 'string'],
      input: [3, 'string', 'repeated'],
    }).add(map('attr', 5, 'AttrValue')),
  );
  root.add(message('VersionDef', { producer: [1, 'int32'], minConsumer: [2, 'int32'] }));
  root.add(message('GraphDef', { node: [1, 'NodeDef', 'repeated'], versions: [4, 'VersionDef'] }));
  root.add(
    message('TensorInfo', { name: [1, 'string'], dtype: [2, 'int32'], tensorShape: [3, 'TensorShapeProto'] }),
  );
  root.add(
    message('SignatureDef', { methodName: [3, 'string'] })
      .add(map('inputs', 1, 'TensorInfo'))
      .add(map('outputs', 2, 'TensorInfo')),
  );
  root.add(message('MetaInfoDef', { tags: [4, 'string', 'repeated'], tensorflowVersion: [5, 'string'] }));
  root.add(
    message('MetaGraphDef', { metaInfoDef: [1, 'MetaInfoDef'], graphDef: [2, 'GraphDef'] }).add(
      map('signatureDef', 5, 'SignatureDef'),
    ),
  );
  root.add(
    message('SavedModel', {
      savedModelSchemaVersion: [1, 'int64'],
      metaGraphs: [2, 'MetaGraphDef', 'repeated'],
    }),
  );
  return root.lookupType('SavedModel');
}

const shapeProto = (shape: Shape) => ({
  dim: shape.map((side) => ({ size: typeof side === 'number' ? side : -1 })),
});

const CONTENT: Partial<Record<DataType, (values: ArrayLike<number>) => ArrayBufferView>> = {
  // A network's weights come as such already, and may be large.
  float32: (values) => (values instanceof Float32Array ? values : Float32Array.from(values)),
  float64: (values) => Float64Array.from(values),
  int32: (values) => Int32Array.from(values),
  // The upper half of a float32.
  bfloat16: (values) =>
    Uint16Array.from(new Uint32Array(Float32Array.from(values).buffer), (bits) => bits >>> 16),
};

function attributeProto(attribute: Attribute): object {
  if ('ints' in attribute) return { list: { i: attribute.ints } };
  // Names and layouts: plain ASCII.
  if ('s' in attribute) return { s: Uint8Array.from(attribute.s, (letter) => letter.charCodeAt(0)) };
  if ('type' in attribute) return { type: DATA_TYPES[attribute.type] };
  if ('shape' in attribute) return { shape: shapeProto(attribute.shape) };
  if ('tensor' in attribute) {
    const { type, shape, values } = attribute.tensor;
    const content = CONTENT[type]!(values);
    return {
      tensor: {
        dtype: DATA_TYPES[type],
        tensorShape: shapeProto(shape),
        tensorContent: new Uint8Array(content.buffer, content.byteOffset, content.byteLength),
      },
    };
  }
  return attribute;
}

function tensorInfos(tensors: Readonly<Record<string, Tensor>>): object {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { name: tensorName(tensor), dtype: DATA_TYPES[tensor.type], tensorShape: shapeProto(tensor.shape) },
    ]),
  );
}

/**
 * `saved_model.pb` with the tag `serve`. All signatures share one session and its variables. `producer` is the graph
 * version of the TensorFlow that loads it, which decides how it reads defaults.
 */
export function savedModelBytes(
  graph: Graph,
  signatures: Readonly<Record<string, Signature>>,
  { tensorflowVersion, producer }: { tensorflowVersion: string; producer: number },
): Uint8Array {
  const node = graph.nodes.map(({ name, op, inputs, controls, attributes }) => ({
    name,
    op,
    input: [...inputs.map(tensorName), ...controls.map((before) => `^${before.name}`)],
    attr: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeProto(value)])),
  }));
  const signatureDef = Object.fromEntries(
    Object.entries(signatures).map(([name, { inputs, outputs }]) => [
      name,
      {
        inputs: tensorInfos(inputs),
        outputs: tensorInfos(outputs),
        methodName: 'tensorflow/serving/predict',
      },
    ]),
  );
  const SavedModel = messages();
  return SavedModel.encode(
    SavedModel.create({
      savedModelSchemaVersion: 1,
      metaGraphs: [
        {
          metaInfoDef: { tags: ['serve'], tensorflowVersion },
          graphDef: { node, versions: { producer, minConsumer: 0 } },
          signatureDef,
        },
      ],
    }),
  ).finish();
}
