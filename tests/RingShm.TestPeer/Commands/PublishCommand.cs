using Microsoft.Win32.SafeHandles;
using RingShm.Interop;
using RingShm.Layout;
using RingShm.Mapping;
using RingShm.TestPeer.Killing;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Makes a region file in the shipped steps and publishes it through <see cref="KillingMemory"/>, to die between the last byte
/// and the ready word (<c>at=1</c>). The system calls before it are killed from outside, on the shipped code.
/// </summary>
internal static unsafe class PublishCommand
{
    public static int Run(PeerArguments arguments)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Sections are made by another path.");
        RingGeometry geometry = RingGeometry.ForSpsc(arguments.Number("capacity"), 0, 0);
        byte[] page = new byte[HeaderLayout.PageBytes];
        RegionHeader.New(geometry).Encode(page);
        string path = Path.Combine(RegionDirectory.Folder, arguments.Ring);
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (!KernelFileLock.TryLock(file, HeaderLayout.CreationLockByte, path))
            throw new MismatchException("the creation lock is taken");
        RegionSpace.Reserve(file, geometry.TotalBytes, path);
        RandomAccess.Write(file, page, 0);
        MappedView view = MappedView.MapLinux(file, geometry.TotalBytes, writable: true, path);
        KillingMemory.DieAt = arguments.Number("at");
        KillingMemory.IsArmed = true;
        RegionPublication<KillingMemory>.Publish(view.Base);
        KillingMemory.IsArmed = false;
        PeerSignals.Say($"survived {KillingMemory.Accesses}");
        Suicide.Now();
        return 0;
    }
}
