using System.ComponentModel;

namespace RingShm.Interop;

/// <summary>Turns the operating system's error numbers into the exceptions that callers can tell apart.</summary>
internal static class NativeErrors
{
    public static RingException ForLinux(int error, string what) => error switch
    {
        NativeLinuxErrors.NotPermitted or NativeLinuxErrors.Access => new RingAccessDeniedException(Line(what, error)),
        NativeLinuxErrors.NoMemory or NativeLinuxErrors.FileTooBig or NativeLinuxErrors.NoSpace or NativeLinuxErrors.Quota =>
            new RingStorageException(Line(what, error)),
        _ => new RingException(Line(what, error)),
    };

    public static RingException ForWindows(int error, string what) => error switch
    {
        NativeWindowsErrors.FileNotFound or NativeWindowsErrors.PathNotFound => new RingNotFoundException(Line(what, error)),
        NativeWindowsErrors.AccessDenied => new RingAccessDeniedException(Line(what, error)),
        NativeWindowsErrors.NotEnoughMemory or NativeWindowsErrors.DiskFull or NativeWindowsErrors.CommitmentLimit =>
            new RingStorageException(Line(what, error)),
        _ => new RingException(Line(what, error)),
    };

    /// <summary>The same for what the base library throws while it opens, sizes or deletes a file.</summary>
    public static RingException ForFile(Exception exception, string what) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => new RingNotFoundException($"{what}: {exception.Message}", exception),
        UnauthorizedAccessException => new RingAccessDeniedException($"{what}: {exception.Message}", exception),
        _ => new RingException($"{what}: {exception.Message}", exception),
    };

    private static string Line(string what, int error) => $"{what}: {new Win32Exception(error).Message} (error {error}).";

    private static class NativeLinuxErrors
    {
        public const int NotPermitted = 1;
        public const int NoMemory = 12;
        public const int Access = 13;
        public const int FileTooBig = 27;
        public const int NoSpace = 28;
        public const int Quota = 122;
    }

    private static class NativeWindowsErrors
    {
        public const int FileNotFound = 2;
        public const int PathNotFound = 3;
        public const int AccessDenied = 5;
        public const int NotEnoughMemory = 8;
        public const int DiskFull = 112;
        public const int CommitmentLimit = 1455;
    }
}
