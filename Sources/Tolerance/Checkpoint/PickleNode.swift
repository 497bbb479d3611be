/// One value of a pickle. Values refer to others by number, because a pickle first puts an empty
/// container in its memo and fills it later.
enum PickleNode: Hashable, Sendable {
  case none
  case bool(Bool)
  case integer(Int64)
  case float(Double)
  case string(String)
  case tuple([Int])
  case list([Int])
  case dictionary([Pair])
  case global(PickleGlobal)
  case storage(PickleStorage)
  case tensor(PickleTensor)

  struct Pair: Hashable, Sendable {
    var key: Int
    var value: Int
  }
}

/// The numbers that a file of the archive holds.
struct PickleStorage: Hashable, Sendable {
  var type: ScalarType
  /// The file's name below `data/`.
  var key: String
  /// How many numbers.
  var count: Int
}

/// A view of a storage; extents and strides count elements.
struct PickleTensor: Hashable, Sendable {
  var storage: PickleStorage
  var offset: Int
  var dimensions: [Int]
  var strides: [Int]
}

/// The only names that a pickle may use. None of them is ever called: each stands for a value that
/// is made here.
enum PickleGlobal: String, Hashable, Sendable, CaseIterable {
  case orderedDictionary = "collections.OrderedDict"
  case counter = "collections.Counter"
  case size = "torch.Size"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case rebuildParameter = "torch._utils._rebuild_parameter"
  case doubleStorage = "torch.DoubleStorage"
  case floatStorage = "torch.FloatStorage"
  case halfStorage = "torch.HalfStorage"
  case bfloat16Storage = "torch.BFloat16Storage"
  case longStorage = "torch.LongStorage"
  case intStorage = "torch.IntStorage"
  case shortStorage = "torch.ShortStorage"
  case charStorage = "torch.CharStorage"
  case byteStorage = "torch.ByteStorage"
  case boolStorage = "torch.BoolStorage"

  /// The numbers of a storage class.
  var scalarType: ScalarType? {
    switch self {
    case .orderedDictionary, .counter, .size, .rebuildTensor, .rebuildParameter: nil
    case .doubleStorage: .float64
    case .floatStorage: .float32
    case .halfStorage: .float16
    case .bfloat16Storage: .bfloat16
    case .longStorage: .int64
    case .intStorage: .int32
    case .shortStorage: .int16
    case .charStorage: .int8
    case .byteStorage: .uint8
    case .boolStorage: .bool
    }
  }
}
