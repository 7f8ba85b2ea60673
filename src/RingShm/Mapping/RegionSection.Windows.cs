using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mapping;

/// <summary>Windows: regions that are named sections backed by the page file.</summary>
/// <remarks>
/// The creator holds a named mutex while it makes the region. The system hands an abandoned mutex on, so that an opener who
/// gets it and finds the region not ready knows that its creator is dead, and makes it anew.
/// </remarks>
internal static unsafe class RegionSection
{
    private const nint NoFile = -1;

    [SupportedOSPlatform("windows")]
    public static OpenedRegion Open(RegionRequest request)
    {
        string name = ObjectName(request.Name);
        RingGeometry geometry = request.Mode == RegionMode.Open ? default : request.NewGeometry();
        OpenedRegion? ready = TryOpenReady(request, name);
        if (ready != null)
            return ready;
        return UnderCreationMutex(request, name, () =>
        {
            // A region that was finished while we waited for the mutex is found here.
            OpenedRegion? finished = TryOpenReady(request, name);
            if (finished != null)
                return finished;
            return request.Mode == RegionMode.Open
                ? throw new RingNotFoundException($"There is no region '{request.Name}'.")
                : Make(request, name, geometry);
        });
    }

    /// <summary>The section of a region file, so that the file's views can be mapped.</summary>
    [SupportedOSPlatform("windows")]
    public static SectionHandle OfFile(SafeFileHandle file, long totalBytes, RegionRequest request)
    {
        SectionHandle section = NativeWindows.CreateFileMapping(
            file.DangerousGetHandle(), null, request.IsWritable ? NativeWindows.PageReadWrite : NativeWindows.PageReadOnly,
            (uint)(totalBytes >> 32), (uint)totalBytes, null);
        return section.IsInvalid
            ? throw NativeErrors.ForWindows(Marshal.GetLastPInvokeError(), $"'{request.Name}' cannot be mapped ({totalBytes} bytes)")
            : section;
    }

    public static string ObjectName(RegionName name) => (name.IsGlobal ? @"Global\" : @"Local\") + name.Value;

    /// <summary>Opens a section that is there and published; null when it is not there or not finished.</summary>
    [SupportedOSPlatform("windows")]
    private static OpenedRegion? TryOpenReady(RegionRequest request, string name)
    {
        SectionHandle section = NativeWindows.OpenFileMapping(
            request.IsWritable ? NativeWindows.MapRead | NativeWindows.MapWrite : NativeWindows.MapRead, inherit: false, name);
        MappedView? view = null;
        try
        {
            if (section.IsInvalid)
            {
                int error = Marshal.GetLastPInvokeError();
                return error == NativeWindows.ErrorFileNotFound
                    ? null
                    : throw NativeErrors.ForWindows(error, $"'{request.Name}' cannot be opened");
            }

            view = MappedView.MapWindows(section, request.IsWritable, request.Name.ToString());
            if (!IsPublished(request, view))
                return null;
            if (request.Mode == RegionMode.Create)
                throw new RingExistsException($"The region '{request.Name}' exists already.");
            byte[] page = new ReadOnlySpan<byte>(view.Base, HeaderLayout.PageBytes).ToArray();
            RegionHeader header = RegionHeader.Decode(page, request.Name.ToString(), view.LengthBytes);
            request.CheckAgreement(header);
            if (request.Options.PrefaultPages && request.IsWritable)
                view.Prefault(file: null, request.IsWritable);
            OpenedRegion opened = new(header, view, section, FileLocks: null, CreatedNew: false);
            view = null;
            section = null!;
            return opened;
        }
        finally
        {
            view?.Dispose();
            section?.Dispose();
        }
    }

    /// <summary>True when the region is finished, false when it is begun or blank; anything else is somebody else's section.</summary>
    private static bool IsPublished(RegionRequest request, MappedView view)
    {
        if (view.LengthBytes < HeaderLayout.PageBytes)
            throw new RingCorruptException($"'{request.Name}' is not a RingShm region: a section of {view.LengthBytes} bytes.");
        if (RegionPublication<DirectMemory>.IsReady(view.Base))
            return true;
        long magic = *(long*)(view.Base + HeaderLayout.MagicOffset);
        return magic is 0 or HeaderLayout.Magic
            ? false
            : throw new RingCorruptException($"'{request.Name}' is not a RingShm region, and is left as it is.");
    }

    [SupportedOSPlatform("windows")]
    private static OpenedRegion Make(RegionRequest request, string name, in RingGeometry geometry)
    {
        SectionHandle section = CreateSection(request, name, geometry.TotalBytes);
        MappedView? view = null;
        try
        {
            view = MappedView.MapWindows(section, writable: true, request.Name.ToString());
            if (view.LengthBytes < geometry.TotalBytes)
                throw new RingMismatchException(
                    $"A creator of '{request.Name}' died and left {view.LengthBytes} bytes; the caller asked for {geometry.TotalBytes}."
                    + " It goes away when the last process that has it open closes it.");
            RegionHeader header = RegionHeader.New(geometry);
            for (long offset = 0; offset < view.LengthBytes; offset += HeaderLayout.PageBytes)
                new Span<byte>(view.Base + offset, HeaderLayout.PageBytes).Clear();
            byte[] page = new byte[HeaderLayout.PageBytes];
            header.Encode(page);
            page.CopyTo(new Span<byte>(view.Base, page.Length));
            RegionPublication<DirectMemory>.Publish(view.Base);
            OpenedRegion opened = new(header, view, section, FileLocks: null, CreatedNew: true);
            view = null;
            section = null!;
            return opened;
        }
        finally
        {
            view?.Dispose();
            section?.Dispose();
        }
    }

    [SupportedOSPlatform("windows")]
    private static SectionHandle CreateSection(RegionRequest request, string name, long totalBytes)
    {
        nint descriptor = RegionSpace.DescriptorFor(request.Options.Security ?? RingSecurity.OwnerOnly);
        try
        {
            NativeWindows.SecurityAttributes security = new()
            {
                Length = (uint)sizeof(NativeWindows.SecurityAttributes),
                Descriptor = descriptor,
            };
            SectionHandle section = NativeWindows.CreateFileMapping(
                NoFile, &security, NativeWindows.PageReadWrite, (uint)(totalBytes >> 32), (uint)totalBytes, name);
            return section.IsInvalid
                ? throw NativeErrors.ForWindows(
                    Marshal.GetLastPInvokeError(), $"There is no room for '{request.Name}' ({totalBytes} bytes), or no right to it")
                : section;
        }
        finally
        {
            _ = NativeWindows.LocalFree(descriptor);
        }
    }

    [SupportedOSPlatform("windows")]
    private static OpenedRegion UnderCreationMutex(RegionRequest request, string name, Func<OpenedRegion> action)
    {
        using Mutex mutex = new(initiallyOwned: false, name + ".ringshm-create");
        try
        {
            if (!mutex.WaitOne(request.Options.OpenTimeout))
                throw new TimeoutException($"'{request.Name}' is being created by a live process that has not finished.");
        }
        catch (AbandonedMutexException)
        {
            // The creator before us died; the mutex is ours, and what it left is not ready.
        }

        try
        {
            return action();
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }
}
