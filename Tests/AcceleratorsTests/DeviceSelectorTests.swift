import AssayAccelerators
import Testing

@Suite struct DeviceSelectorTests {
  @Test func aDeviceIsNamedByItsDriverAndPlace() {
    #expect(DeviceSelector("opencl:0") == DeviceSelector(.opencl, 0))
    #expect(DeviceSelector("cuda:12") == DeviceSelector(.cuda, 12))
    #expect(DeviceSelector("cuda:12")?.description == "cuda:12")
  }

  @Test(arguments: [
    "", "opencl", "opencl:", ":0", "opencl:-1", "opencl:01", "opencl:0:0", "OpenCL:0", "cpu",
    "cuda: 0", "cuda:+1", "cuda:1024", "cuda:99999999999999999999",
  ])
  func nothingElseIsOne(text: String) {
    #expect(DeviceSelector(text) == nil)
  }
}
