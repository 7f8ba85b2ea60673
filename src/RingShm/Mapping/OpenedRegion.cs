using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RingShm.Layout;

namespace RingShm.Mapping;

/// <summary>A region that is mapped and validated, and the operating system's objects behind it.</summary>
/// <param name="Header">The validated identity.</param>
/// <param name="View">The mapped bytes.</param>
/// <param name="Backing">The file or section; open as long as the region is in use.</param>
/// <param name="FileLocks">The file whose byte locks tell who is alive, where there is one.</param>
/// <param name="CreatedNew">True when this call made the region.</param>
internal sealed record OpenedRegion(
    RegionHeader Header, MappedView View, SafeHandle Backing, SafeFileHandle? FileLocks, bool CreatedNew);
